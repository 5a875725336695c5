package directory

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
)

// BenchmarkStore_Create writes callbacks of 300 bytes, 32 at a time.
func BenchmarkStore_Create(b *testing.B) {
	s, err := New(filepath.Join(b.TempDir(), "inbox"))
	if err != nil {
		b.Fatal(err)
	}
	var n atomic.Int64
	value := make([]byte, 300)
	b.SetParallelism(16)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if won, err := s.Create(b.Context(), fmt.Sprint("results/", n.Add(1)), value); !won || err != nil {
				b.Errorf("Create returned %v, %v", won, err)
			}
		}
	})
}
