package desktop

import (
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/clouddesktop/terraform-provider-clouddesktop/internal/diagnose"
)

// planPassword plans password and encrypted_password, and reports whether that
// changes the plan.
func (m *desktopModel) planPassword(state desktopModel) bool {
	encrypted := !m.PasswordRecipient.IsNull()
	switch {
	case m.PasswordVersion.IsUnknown() || m.PasswordRecipient.IsUnknown():
		m.Password, m.EncryptedPassword = types.StringUnknown(), types.StringUnknown()
	case m.resetsPassword(state):
		m.Password, m.EncryptedPassword = types.StringNull(), types.StringNull()
	case state.DesktopUUID.IsNull() && encrypted:
		m.Password = types.StringNull()
	case state.DesktopUUID.IsNull():
		m.EncryptedPassword = types.StringNull()
	case encrypted && !state.Password.IsNull():
		m.Password, m.EncryptedPassword = types.StringNull(), types.StringUnknown()
	default:
		return false
	}
	return true
}

// checkRecipient warns if the stored password stays encrypted to another key
// than the new password_recipient, because the provider cannot decrypt it to
// encrypt it again.
func (m *desktopModel) checkRecipient(state desktopModel) diag.Diagnostics {
	if m.PasswordRecipient.IsNull() || m.PasswordRecipient.IsUnknown() || m.PasswordRecipient.Equal(state.PasswordRecipient) ||
		state.EncryptedPassword.IsNull() || !m.EncryptedPassword.Equal(state.EncryptedPassword) {
		return nil
	}
	return diag.Diagnostics{diagnose.AttributeWarning(path.Root("password_recipient"), "Password Stays Encrypted to the Former Key",
		"The provider has only the encrypted initial password, so encrypted_password can still only be decrypted with the former key. "+
			"To give the new key's owner a password, set password_wo and password_wo_version, or reset the password with clouddesktop_user_password.")}
}

// storePassword stores the initial password of a new desktop as planned: in
// plain text, encrypted, or not at all.
func (m *desktopModel) storePassword(password string) diag.Diagnostics {
	recipient := m.PasswordRecipient.ValueString()
	m.Password, m.EncryptedPassword = types.StringNull(), types.StringNull()
	switch {
	case password == "" || !m.PasswordVersion.IsNull():
	case recipient != "":
		return m.encryptPassword(password)
	default:
		m.Password = types.StringValue(password)
	}
	return nil
}

// keepPassword keeps the stored passwords of a desktop whose password is not
// reset. It encrypts a plain-text password for a new password_recipient.
func (m *desktopModel) keepPassword(state desktopModel) diag.Diagnostics {
	m.Password, m.EncryptedPassword = state.Password, state.EncryptedPassword
	if m.PasswordRecipient.IsNull() || state.Password.IsNull() {
		return nil
	}
	m.Password = types.StringNull()
	return m.encryptPassword(state.Password.ValueString())
}

func (m *desktopModel) encryptPassword(password string) diag.Diagnostics {
	m.EncryptedPassword = types.StringNull()
	encrypted, err := encrypt(password, m.PasswordRecipient.ValueString())
	if err != nil {
		return diag.Diagnostics{diagnose.Warning("Encrypt Initial Password of Desktop", err, "It is not stored. Reset the password to get a known one.")}
	}
	m.EncryptedPassword = types.StringValue(encrypted)
	return nil
}
