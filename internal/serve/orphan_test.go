package serve

import (
	"context"
	"errors"
	"slices"
	"testing"
)

// living is a provider that records its calls.
type living struct {
	fakeProvider

	done []string
}

func (l *living) Close() error {
	l.done = append(l.done, "Close")
	return errors.New("closed")
}

func (l *living) Orphaned(context.Context) error {
	l.done = append(l.done, "Orphaned")
	return errors.New("released")
}

func TestUntilOrphaned(t *testing.T) {
	t.Parallel()
	untilEnd := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	forever := make(chan struct{})
	t.Cleanup(func() { close(forever) })
	tests := map[string]struct {
		serve        func() error
		waitOrphaned func(context.Context) error
		want         []string
		wantErr      string
	}{
		"Terraform calls Shutdown": {
			serve:        func() error { return nil },
			waitOrphaned: untilEnd,
			want:         []string{"Close"},
			wantErr:      "closed",
		},
		"Terraform has ended": {
			serve:        func() error { <-forever; return nil },
			waitOrphaned: func(context.Context) error { return nil },
			want:         []string{"Orphaned"},
			wantErr:      errOrphaned.Error() + "\nreleased",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			served := &living{}
			err := untilOrphaned(tt.serve, tt.waitOrphaned, served)
			if err == nil || err.Error() != tt.wantErr || !slices.Equal(served.done, tt.want) {
				t.Errorf("did %v, error %q", served.done, err)
			}
		})
	}
}
