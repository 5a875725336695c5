package directory

import (
	"fmt"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
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

// BenchmarkStore_List lists 1000 orders and their callbacks, which do not change.
func BenchmarkStore_List(b *testing.B) {
	s, err := New(filepath.Join(b.TempDir(), "inbox"))
	if err != nil {
		b.Fatal(err)
	}
	s.disk = unsynced{}
	for n := range 1000 {
		ref := fmt.Sprintf("abcdefgh-abcdefghijkl%04d", n)
		for _, key := range []string{"orders/" + ref + "/intent", "orders/" + ref + "/accepted", "orders/" + ref + "/turn-1", "results/" + ref[9:]} {
			if _, err := s.Create(b.Context(), key, nil); err != nil {
				b.Fatal(err)
			}
		}
	}
	time.Sleep(settleTime + time.Second/2)
	b.ReportAllocs()
	for b.Loop() {
		if listing, err := s.List(b.Context(), ""); err != nil || len(listing.Entries) != 4001 {
			b.Fatalf("%d entries (%v)", len(listing.Entries), err)
		}
	}
}

// unsynced is a disk that writes faster.
type unsynced struct{ system }

func (unsynced) syncFolder(string) error { return nil }
