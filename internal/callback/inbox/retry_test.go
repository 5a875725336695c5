package inbox

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

var errDown = errors.New("no answer")

func TestRetry(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		up        time.Duration // How long the server is down.
		timeout   time.Duration // Of the context, 0 if there is none.
		permanent bool
		want      []error
	}{
		"up":                    {},
		"restarted":             {up: 4500 * time.Millisecond},
		"down":                  {up: time.Hour, want: []error{errDown}},
		"permanent":             {up: time.Second, permanent: true, want: []error{errDown}},
		"ends during the retry": {up: time.Hour, timeout: time.Second, want: []error{errDown, context.DeadlineExceeded}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, began, tries := t.Context(), time.Now(), 0
				if test.timeout > 0 {
					var cancel context.CancelFunc
					ctx, cancel = context.WithTimeout(ctx, test.timeout)
					defer cancel()
				}
				got, err := Retry(ctx, 0, func() (int, error) {
					if tries++; time.Since(began) < test.up {
						return 0, errDown
					}
					return 1, nil
				}, func(error) bool { return !test.permanent })
				if tries > MaxTries || test.permanent && tries != 1 {
					t.Errorf("%d tries", tries)
				}
				if (err == nil) != (got == 1) || (err == nil) != (test.want == nil) {
					t.Fatalf("%d, %v", got, err)
				}
				for _, want := range test.want {
					if !errors.Is(err, want) {
						t.Errorf("%v, want %v", err, want)
					}
				}
			})
		})
	}
}
