package desktop

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/hashicorp/terraform-plugin-framework/diag"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/api/desktop"
	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// groupDescription describes the argument user_group of lists.
const groupDescription = "The group whose users' desktops are listed: `dev` has the users `dev_01`, `dev_02`, and so on. " +
	"The service does not report how many users a group has, so the search ends when five in a row are unknown or have no desktop."

const (
	// maxGap is the number of consecutive missing users of a group after which
	// the search ends. A group may have gaps, and the service does not report
	// its size.
	maxGap = 5
	// maxConcurrent is the number of users whose desktops are requested at the
	// same time.
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

// usersOf yields the users of a group in order, including the missing ones at
// the end. It requests up to maxConcurrent users in advance.
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

// unknownGroup returns the warning for a group without desktops.
func unknownGroup(group string) diag.Diagnostic {
	return diagnose.Warn("Group Has No Desktops",
		fmt.Sprintf("The service knows no user of group %q with a desktop: it was asked for %s_01 to %s_%02d. The list is empty. Check how the group is spelt.", group, group, group, maxGap))
}

// isUnknownUser reports whether the service answered that the user does not
// exist. This answer has no code of its own, so every refusal counts.
func isUnknownUser(err error) bool {
	var e *api.Error
	return errors.As(err, &e) && e.Code != "" && (e.Kind == api.Refused || e.Kind == api.NotFound)
}
