package awstest

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// STS exchanges the token of a web identity for a key.
type STS struct {
	*Issuer
	Role, Token string

	mu     sync.Mutex
	protos []string
}

// Protocols returns the HTTP versions of the requests.
func (s *STS) Protocols() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.protos)
}

var sessionName = regexp.MustCompile(`^[\w+=,.@-]{2,64}$`)

// ServeHTTP answers AssumeRoleWithWebIdentity.
func (s *STS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.protos = append(s.protos, r.Proto)
	s.mu.Unlock()
	if s.unavailable(w) {
		return
	}
	form := map[string]string{}
	if err := r.ParseForm(); err == nil {
		for name, values := range r.PostForm {
			form[name] = strings.Join(values, "\n")
		}
	}
	names := slices.Sorted(maps.Keys(form))
	want := []string{"Action", "RoleArn", "RoleSessionName", "Version", "WebIdentityToken"}
	switch {
	case r.Method != http.MethodPost || r.URL.Path != "/" || r.URL.RawQuery != "" || r.Header.Get("Content-Type") != "application/x-www-form-urlencoded":
		stsError(w, http.StatusBadRequest, "MalformedRequest", "Not a form.")
	case !slices.Equal(names, want) || form["Action"] != "AssumeRoleWithWebIdentity" || form["Version"] != "2011-06-15":
		stsError(w, http.StatusBadRequest, "InvalidAction", fmt.Sprintf("Could not find operation %s for version %s", form["Action"], form["Version"]))
	case !sessionName.MatchString(form["RoleSessionName"]):
		stsError(w, http.StatusBadRequest, "ValidationError", "The session name is invalid.")
	case form["WebIdentityToken"] == "expired":
		stsError(w, http.StatusBadRequest, "ExpiredTokenException", "Token expired: current date/time must be before the expiration date/time")
	case form["WebIdentityToken"] != s.Token:
		stsError(w, http.StatusBadRequest, "InvalidIdentityToken", "The ID Token provided is not a valid JWT.")
	case form["RoleArn"] != s.Role:
		stsError(w, http.StatusForbidden, "AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")
	default:
		s.answer(w)
	}
}

func (s *STS) answer(w http.ResponseWriter) {
	session, expiration := s.issue()
	w.Header().Set("Content-Type", "text/xml")
	_, _ = fmt.Fprintf(w, `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <AssumeRoleWithWebIdentityResult>
    <SubjectFromWebIdentityToken>system:serviceaccount:ci:runner</SubjectFromWebIdentityToken>
    <Audience>sts.amazonaws.com</Audience>
    <AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/inbox/app1</Arn><AssumedRoleId>AROACLKWSDQRAOEXAMPLE:app1</AssumedRoleId></AssumedRoleUser>
    <Credentials>
      <SessionToken>%s</SessionToken>
      <SecretAccessKey>%s</SecretAccessKey>
      <Expiration>%s</Expiration>
      <AccessKeyId>%s</AccessKeyId>
    </Credentials>
  </AssumeRoleWithWebIdentityResult>
  <ResponseMetadata><RequestId>ad4156e9-bce1-11e2-82e6-6b6efEXAMPLE</RequestId></ResponseMetadata>
</AssumeRoleWithWebIdentityResponse>`, session, s.SecretAccessKey, expiration, s.AccessKeyID)
}

func stsError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>r1</RequestId></ErrorResponse>`, code, message)
}
