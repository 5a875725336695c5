package hpc

import (
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"
	"time"
)

// tokenExpiry returns when a token expires. The portal's tokens are JSON Web
// Tokens. Instead of the standard exp, their payload has expireTime, a string
// with milliseconds since 1970.
func tokenExpiry(token string) (time.Time, bool) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}, false
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return time.Time{}, false
	}
	var claims struct {
		ExpireTime text `json:"expireTime"`
	}
	if json.Unmarshal(payload, &claims) != nil {
		return time.Time{}, false
	}
	ms, err := strconv.ParseInt(string(claims.ExpireTime), 10, 64)
	if err != nil {
		return time.Time{}, false
	}
	return time.UnixMilli(ms), true
}
