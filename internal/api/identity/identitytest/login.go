package identitytest

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
)

type domain struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func (d *domain) known() bool {
	return d != nil && (*d == domain{ID: DomainID} || *d == domain{Name: Domain})
}

type user struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Password string  `json:"password"`
	Domain   *domain `json:"domain"`
}

// known reports whether this is the user of the fake, by ID or by name and
// domain.
func (u *user) known() bool {
	return u != nil && (u.ID == UserID && u.Name == "" && u.Domain == nil || u.ID == "" && u.Name == User && u.Domain.known())
}

type credential struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Secret string `json:"secret"`
	User   *user  `json:"user"`
}

func (c *credential) valid() bool {
	named := c.ID == CredentialID && c.Name == "" && c.User == nil || c.ID == "" && c.Name == Credential && c.User.known()
	return named && c.Secret == CredentialSecret
}

type scope struct {
	Project *struct {
		ID     string  `json:"id"`
		Name   string  `json:"name"`
		Domain *domain `json:"domain"`
	} `json:"project"`
}

// known reports whether this is the project of the fake, by ID or by name and
// domain.
func (s *scope) known() bool {
	p := s.Project
	return p != nil && (p.ID == ProjectID && p.Name == "" && p.Domain == nil || p.ID == "" && p.Name == Project && p.Domain.known())
}

// authenticate checks the body of a login. It returns the HTTP status of an error.
func authenticate(body []byte) (scoped bool, status int, err error) {
	var login struct {
		Auth struct {
			Identity struct {
				Methods  []string `json:"methods"`
				Password *struct {
					User user `json:"user"`
				} `json:"password"`
				Credential *credential `json:"application_credential"`
			} `json:"identity"`
			Scope *scope `json:"scope"`
		} `json:"auth"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&login); err != nil {
		return false, http.StatusBadRequest, err
	}
	identity, wanted := login.Auth.Identity, login.Auth.Scope
	switch {
	case slices.Equal(identity.Methods, []string{"application_credential"}) && identity.Credential != nil && identity.Password == nil:
		if wanted != nil {
			return false, http.StatusUnauthorized, errors.New("Application credentials cannot request a scope.") //nolint:revive,staticcheck // The text of Keystone.
		}
		if !identity.Credential.valid() {
			return false, http.StatusUnauthorized, ErrUnauthorized
		}
		return true, 0, nil
	case slices.Equal(identity.Methods, []string{"password"}) && identity.Password != nil && identity.Credential == nil:
		if who := identity.Password.User; !who.known() || who.Password != Password {
			return false, http.StatusUnauthorized, ErrUnauthorized
		}
		if wanted != nil && !wanted.known() {
			return false, http.StatusUnauthorized, ErrUnauthorized
		}
		return wanted != nil, 0, nil
	}
	return false, http.StatusBadRequest, errors.New("Expecting to find exactly one authentication method.") //nolint:revive,staticcheck // The text of Keystone.
}
