package drift

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

func (s changedSection) view(ignore ignoreSection) section {
	v := section{title: "Changed or removed", id: "changed_or_removed", unchecked: !s.Checked}
	for _, f := range s.Findings {
		v.findings = append(v.findings, f.item())
	}
	for _, f := range s.Ignored {
		v.ignored = append(v.ignored, f.ignoredBy.item(f.item()))
	}
	for _, e := range ignore.Expired {
		if e.Address != "" {
			v.findings = append(v.findings, e.expiredItem())
		}
	}
	v.conclude(count(s.Compared, "resource") + " compared")
	if n := len(s.Others); n > 0 {
		v.notes = append(v.notes, fmt.Sprintf("Not part of this check: %s of other providers changed, the first is %s.", count(n, "resource"), plain(s.Others[0])))
	}
	return v
}

func (f changeFinding) item() item {
	subject := plain(f.Address)
	if f.Removed {
		detail := "removed"
		if f.Desktop != "" {
			detail += " (desktop " + plain(f.Desktop) + ")"
		}
		return item{subject, detail}
	}
	subject += " " + plain(f.Attribute)
	if f.Sensitive {
		return item{subject, "changed (sensitive)"}
	}
	return item{subject, value(f.Before) + " -> " + value(f.After)}
}

func (i *ignoredBy) item(found item) item {
	found.detail += fmt.Sprintf(" (ignored until %s: %s)", i.Expires, plain(i.Reason))
	return found
}

func (e ignoreEntry) subject() string {
	return plain(strings.TrimSpace(e.Address + " " + e.Attribute + e.Desktop))
}

func (e ignoreEntry) expiredItem() item {
	return item{"ignore entry " + e.subject(), fmt.Sprintf("expired on %s (%s)", e.Expires, plain(e.Reason))}
}

func (s unmanagedSection) view(ignore ignoreSection) section {
	v := section{title: "Unmanaged desktops", id: "unmanaged", unchecked: !s.Checked}
	for _, f := range s.Findings {
		v.findings = append(v.findings, f.item())
	}
	for _, f := range s.Ignored {
		v.ignored = append(v.ignored, f.ignoredBy.item(f.item()))
	}
	for _, e := range ignore.Expired {
		if e.Desktop != "" {
			v.findings = append(v.findings, e.expiredItem())
		}
	}
	v.conclude(count(s.Listed, "desktop") + " listed")
	for _, warning := range s.Warnings {
		v.notes = append(v.notes, "Warning: "+plain(warning))
	}
	if s.unasked {
		v.notes = append(v.notes, "To check, write --query QUERY.json, or read clouddesktop_user_desktops in the configuration.")
	}
	return v
}

func (f unmanagedFinding) item() item {
	username, detail := plain(f.Username), "not in the state"
	if f.Sensitive {
		username = "(sensitive)"
	}
	if f.Name != "" {
		detail = quote(f.Name) + ", " + detail
	}
	if f.Order != "" {
		detail += ", from open order " + plain(f.Order)
	}
	return item{username + "/" + plain(f.UUID), detail}
}

func (s ordersSection) view() section {
	v := section{title: "Open orders", id: "open_orders", unchecked: !s.Checked}
	for _, o := range s.Findings {
		v.findings = append(v.findings, o.item())
	}
	v.conclude("")
	if s.unasked {
		v.notes = append(v.notes, "To check, write --inbox and --scope as in the callback block of the provider.")
	}
	return v
}

func (o Order) item() item {
	who := "user " + o.Username
	if o.UserGroup != "" {
		who = "group " + o.UserGroup
	}
	detail := fmt.Sprintf("%s, %s for %s, scope %s, ordered %s", o.State, o.OS, who, o.Scope, o.Created.UTC().Format(time.RFC3339))
	if o.DesktopUUID != "" {
		detail += ", desktop " + o.DesktopUUID
	}
	return item{"order " + plain(o.Ref), plain(detail)}
}

func (s notVisibleSection) view() section {
	v := section{title: "Not visible", id: "not_visible", status: "the service does not report these"}
	add := func(n int, attributes, what string) {
		if n > 0 {
			v.notes = append(v.notes, attributes+" of "+count(n, what))
		}
	}
	add(s.Desktops, "os, cpu, memory_mib and password", "desktop")
	add(s.DesktopsWithoutDisk, "disk_gib (not configured)", "desktop")
	add(s.Policies, "usb_enable and data_access", "policy")
	add(s.Passwords, "password", "clouddesktop_user_password resource")
	if len(v.notes) == 0 {
		v.status = "nothing"
	}
	return v
}

func count(n int, what string) string {
	switch n {
	case 0:
		return "no " + plural(what)
	case 1:
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + plural(what)
}

func plural(what string) string {
	if stem, found := strings.CutSuffix(what, "y"); found {
		return stem + "ies"
	}
	return what + "s"
}
