package serve

import (
	"fmt"
	"os"
	"reflect"
)

// ShadowVariable is an environment variable. If it is "on", the framework also
// answers every call that a shortcut answers, and the call fails if the answers
// differ. All acceptance tests set it, unless it is already set. With another
// value, they test the provider as users run it.
const ShadowVariable = "CLOUDDESKTOP_TEST_SHADOW"

func shadowRequested() bool { return os.Getenv(ShadowVariable) == "on" }

// compare returns an error with the names of the fields in which two answers
// differ. It does not contain the values, which may be secret.
func compare[Answer any](short, full *Answer) error {
	a, b := reflect.ValueOf(short).Elem(), reflect.ValueOf(full).Elem()
	for i := range a.NumField() {
		x, y := a.Field(i), b.Field(i)
		if x.Kind() == reflect.Slice && x.Len() == 0 && y.Len() == 0 {
			continue // Nil or empty.
		}
		if !reflect.DeepEqual(x.Interface(), y.Interface()) {
			return fmt.Errorf("the shortcut gives another %s than the framework; this is a bug in the provider", a.Type().Field(i).Name)
		}
	}
	return nil
}
