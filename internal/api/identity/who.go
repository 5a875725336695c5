package identity

import "fmt"

// loginHint returns a hint with the user, domain and project of the login.
// Keystone and IAM give the same answer 401 for a wrong user, password, domain
// and project.
func (s *Session) loginHint() string {
	o := s.config.Options
	if o.ApplicationCredentialID != "" || o.ApplicationCredentialName != "" {
		credential := named("application credential", o.ApplicationCredentialID, o.ApplicationCredentialName)
		if o.ApplicationCredentialID == "" {
			credential += " of the " + s.user()
		}
		return fmt.Sprintf("The provider tried to log in with the %s. Check that it exists and has not expired, and check its secret.", credential)
	}
	text := "The provider tried to log in as the " + s.user()
	if scope := o.Scope; scope != nil {
		text += ", for the " + named("project", scope.ProjectID, scope.ProjectName)
		if scope.ProjectID == "" && (scope.DomainID != "" || scope.DomainName != "") {
			text += " in the " + named(s.domainNoun(), scope.DomainID, scope.DomainName)
		}
		return text + ". Check each of them and the password. The user must have a role in the project."
	}
	return text + ". Check each of them and the password."
}

func (s *Session) user() string {
	o := s.config.Options
	text := named("user", o.UserID, o.Username)
	if o.UserID == "" {
		text += " in the " + named(s.domainNoun(), o.DomainID, o.DomainName)
	}
	return text
}

// domainNoun returns the noun for a domain: Huawei Cloud calls it an account.
func (s *Session) domainNoun() string {
	if s.config.Service == "iam" {
		return "account"
	}
	return "domain"
}

// named returns the noun with the ID, or else with the name.
func named(noun, id, name string) string {
	if id != "" {
		return fmt.Sprintf("%s with the ID %q", noun, id)
	}
	return fmt.Sprintf("%s %q", noun, name)
}
