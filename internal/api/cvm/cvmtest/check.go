package cvmtest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"regexp"
	"strconv"
	"time"
)

var (
	regions    = regexp.MustCompile(`^(ap|na|eu|sa)-[a-z]+$`)
	instanceID = regexp.MustCompile(`^ins-[0-9a-z]{8}$`)
)

// checkSignature returns the error code for an invalid signature.
func (s *Server) checkSignature(r *http.Request, body []byte) string {
	claimed, ok := parseAuthorization(r.Header.Get("Authorization"))
	if !ok {
		return "AuthFailure.InvalidAuthorization"
	}
	seconds, err := strconv.ParseInt(r.Header.Get("X-TC-Timestamp"), 10, 64)
	if err != nil {
		return "MissingParameter"
	}
	at := time.Unix(seconds, 0)
	if skew := time.Now().Add(s.offset).Sub(at).Abs(); skew > 5*time.Minute {
		return "AuthFailure.SignatureExpire"
	}
	credential, ok := s.credentials[claimed.secretID]
	if !ok {
		return "AuthFailure.SecretIdNotFound"
	}
	want := signature(r, body, claimed.signedHeaders, credential.SecretKey, at, "cvm")
	if claimed.scope != at.UTC().Format(time.DateOnly)+"/cvm/tc3_request" ||
		subtle.ConstantTimeCompare([]byte(want), []byte(claimed.signature)) == 0 {
		return "AuthFailure.SignatureFailure"
	}
	if r.Header.Get("X-TC-Token") != credential.Token {
		return "AuthFailure.TokenFailure"
	}
	return ""
}

// checkParameters returns the id of the instance, or the error code for invalid
// parameters.
func checkParameters(r *http.Request, body []byte) (id, code string) {
	switch {
	case r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json":
		return "", "UnsupportedProtocol"
	case r.Header.Get("X-TC-Action") != "DescribeInstanceVncUrl":
		return "", "InvalidAction"
	case r.Header.Get("X-TC-Version") != "2017-03-12":
		return "", "NoSuchVersion"
	case r.Header.Get("X-TC-Region") == "":
		return "", "MissingParameter"
	case !regions.MatchString(r.Header.Get("X-TC-Region")):
		return "", "UnsupportedRegion"
	}
	var params map[string]any
	if json.Unmarshal(body, &params) != nil {
		return "", "InvalidParameter"
	}
	id, ok := params["InstanceId"].(string)
	switch {
	case !ok:
		return "", "MissingParameter"
	case len(params) > 1:
		return "", "UnknownParameter"
	case !instanceID.MatchString(id):
		return "", "InvalidInstanceId.Malformed"
	}
	return id, ""
}
