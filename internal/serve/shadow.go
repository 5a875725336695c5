package serve

import (
	"fmt"
	"os"
	"reflect"
)

// ShadowVariable is the environment variable that, if it is "on", makes the
// framework answer every call that a shortcut answers as well. The call fails if
// the answers differ. All acceptance tests set it, unless it is set already: with
// another value they test what users run.
const ShadowVariable = "CLOUDDESKTOP_TEST_SHADOW"

func shadowRequested() bool { return os.Getenv(ShadowVariable) == "on" }

// compare returns an error that names the fields of two answers that differ. It
// does not contain their values, which may be secret.
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
