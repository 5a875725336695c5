package awstest

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Container is the agent of ECS or EKS. It requires the path and, if it is set,
// the token in the Authorization header.
type Container struct {
	*Issuer
	Path, Token string
}

// ServeHTTP answers a request for a key.
func (c *Container) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case c.unavailable(w):
	case r.Method != http.MethodGet || r.URL.RequestURI() != c.Path:
		writeJSON(w, http.StatusNotFound, map[string]string{"code": "InvalidIdInRequest", "message": "Credentials not found"})
	case r.Header.Get("Authorization") != c.Token:
		writeJSON(w, http.StatusUnauthorized, map[string]string{"code": "AccessDeniedException", "message": "Unauthorized"})
	default:
		session, expiration := c.issue()
		writeJSON(w, http.StatusOK, map[string]string{
			"RoleArn": "arn:aws:iam::123456789012:role/inbox", "AccessKeyId": c.AccessKeyID, "SecretAccessKey": c.SecretAccessKey,
			"Token": session, "Expiration": expiration,
		})
	}
}

// Machine is the metadata service of a virtual machine.
type Machine struct {
	*Issuer
	// Role is the name of the role; empty if there is none.
	Role string
	// Code is the code of the answer, if it is not "Success".
	Code string
}

const (
	machineToken = "machine-token-secret"
	rolesPath    = "/latest/meta-data/iam/security-credentials/"
)

// ServeHTTP answers requests for a token, the name of the role and its key.
func (m *Machine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(r.Header.Get("X-Aws-Ec2-Metadata-Token-Ttl-Seconds"))
	isToken := r.Method == http.MethodPut && r.URL.Path == "/latest/api/token"
	switch {
	case m.unavailable(w):
	case r.Header.Get("X-Forwarded-For") != "":
		w.WriteHeader(http.StatusForbidden)
	case isToken && (err != nil || seconds < 1 || seconds > 21600):
		w.WriteHeader(http.StatusBadRequest)
	case isToken:
		_, _ = w.Write([]byte(machineToken))
	case r.Method != http.MethodGet:
		w.WriteHeader(http.StatusMethodNotAllowed)
	case r.Header.Get("X-Aws-Ec2-Metadata-Token") != machineToken:
		w.WriteHeader(http.StatusUnauthorized)
	case m.Role != "" && r.URL.Path == rolesPath:
		_, _ = w.Write([]byte(m.Role))
	case m.Role != "" && r.URL.Path == rolesPath+m.Role:
		m.answer(w)
	default:
		w.WriteHeader(http.StatusNotFound)
	}
}

func (m *Machine) answer(w http.ResponseWriter) {
	if m.Code != "" {
		writeJSON(w, http.StatusOK, map[string]string{"Code": m.Code, "Message": "EC2 cannot assume the role", "LastUpdated": "2030-01-02T03:04:05Z"})
		return
	}
	session, expiration := m.issue()
	writeJSON(w, http.StatusOK, map[string]string{
		"Code": "Success", "LastUpdated": "2030-01-02T03:04:05Z", "Type": "AWS-HMAC",
		"AccessKeyId": m.AccessKeyID, "SecretAccessKey": m.SecretAccessKey, "Token": session, "Expiration": expiration,
	})
}

func writeJSON(w http.ResponseWriter, status int, answer map[string]string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // The client may have disconnected.
}
