package desktop

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// size is a size in bytes. The API document does not define the type of
// volume_size, so a JSON number and a string with a number are accepted, in any
// notation.
type size int64

func (s *size) UnmarshalJSON(raw []byte) error {
	var n json.Number
	err := json.Unmarshal(raw, &n)
	value, notInteger := strconv.ParseInt(n.String(), 10, 64)
	if notInteger != nil {
		f, notNumber := strconv.ParseFloat(n.String(), 64)
		if notNumber != nil || f != math.Trunc(f) || f >= 1<<63 {
			f = -1
		}
		value = int64(f)
	}
	if err != nil || value < 0 {
		return fmt.Errorf("a size is %.40s, not a whole number of bytes", raw)
	}
	*s = size(value)
	return nil
}
