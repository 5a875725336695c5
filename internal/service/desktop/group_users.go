package desktop

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
)

const (
	// maxGap is how many users of a group in a row must be missing for the
	// rest to be taken as missing: a group may have gaps, and nothing tells its
	// size.
	maxGap = 5
	// maxConcurrent is how many users are asked about at the same time.
	maxConcurrent = 4
)

type userDesktops struct {
	name     string
	desktops []desktop.Desktop
	err      error
}

func desktopsOf(ctx context.Context, client *desktop.Client, username string) userDesktops {
	desktops, err := client.UserDesktops(ctx, username)
	return userDesktops{username, desktops, err}
}

// usersOf yields the users of a group in their order, the last five of them
// missing. It asks about a few of them ahead, but never beyond those.
func usersOf(ctx context.Context, client *desktop.Client, group string) iter.Seq[userDesktops] {
	return func(yield func(userDesktops) bool) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		var ahead []<-chan userDesktops
		for number, next, known := 1, 1, 0; number <= known+maxGap; number++ {
			for ; len(ahead) < maxConcurrent && next <= known+maxGap; next++ {
				answer := make(chan userDesktops, 1)
				username := fmt.Sprintf("%s_%02d", group, next)
				go func() { answer <- desktopsOf(ctx, client, username) }()
				ahead = append(ahead, answer)
			}
			user := <-ahead[0]
			ahead = ahead[1:]
			if len(user.desktops) > 0 {
				known = number
			}
			if !yield(user) {
				return
			}
		}
	}
}

// isUnknownUser reports an answer of the service that there is no such user, as
// opposed to a failure to answer. The document gives it no code of its own.
func isUnknownUser(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Code != "" && (e.Kind == api.Refused || e.Kind == api.NotFound)
}
