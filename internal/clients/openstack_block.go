package clients

import (
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/provider/schema"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
)

func openStackBlock() schema.Block {
	text := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, MarkdownDescription: description}
	}
	secret := func(description string) schema.StringAttribute {
		return schema.StringAttribute{Optional: true, Sensitive: true, MarkdownDescription: description}
	}
	iface := text("Which of the addresses in the catalog to use: `public` (default), `internal` or `admin`. Default: the environment variable `OS_INTERFACE`.")
	iface.Validators = []validator.String{stringvalidator.OneOf("public", "internal", "admin")}
	return schema.SingleNestedBlock{
		MarkdownDescription: "An OpenStack cloud, for the consoles of its servers. Authenticate by one of three methods: `password`, with `user_name` or `user_id` and a project; " +
			"`application_credential_secret`, with its ID, or its name and the user; `token`. " +
			"Arguments in this block take precedence over `clouds.yaml`, which takes precedence over all other environment variables.",
		Attributes: map[string]schema.Attribute{
			"cloud":                         text("The name of a cloud in `clouds.yaml`. The provider reads the file in the environment variable `OS_CLIENT_CONFIG_FILE`, or else the one in the current directory, `~/.config/openstack` or `/etc/openstack`, together with `secure.yaml`. It ignores `verify: false`. Default: the environment variable `OS_CLOUD`."),
			"auth_url":                      text("The address of Keystone, such as `https://keystone.example.com/v3`. Default: the environment variable `OS_AUTH_URL`."),
			"region":                        text("The region. Default: the environment variable `OS_REGION_NAME`, else the first region in the catalog."),
			"interface":                     iface,
			"compute_endpoint":              text("The address of Nova, such as `https://nova.example.com/v2.1`. Without a version in the path, the provider asks Nova for its versions. Default: the address in the catalog."),
			"ca_certificate":                text("CA certificates (PEM) to trust for the cloud. Default: the file that the environment variable `OS_CACERT` names, else those of the system."),
			"project_id":                    text("The ID of the project. Default: the environment variable `OS_PROJECT_ID`."),
			"project_name":                  text("The name of the project, unless `project_id` is set. Default: the environment variable `OS_PROJECT_NAME`."),
			"project_domain_id":             text("The ID of the domain of `project_name`. Default: the environment variable `OS_PROJECT_DOMAIN_ID`."),
			"project_domain_name":           text("The name of the domain of `project_name`. Default: the environment variable `OS_PROJECT_DOMAIN_NAME`, else the domain of the user."),
			"user_id":                       text("The ID of the user. Default: the environment variable `OS_USER_ID`."),
			"user_name":                     text("The name of the user, unless `user_id` is set. Default: the environment variable `OS_USERNAME`."),
			"user_domain_id":                text("The ID of the domain of `user_name`. Default: the environment variable `OS_USER_DOMAIN_ID`."),
			"user_domain_name":              text("The name of the domain of `user_name`. Default: the environment variable `OS_USER_DOMAIN_NAME`, else the domain with the ID `default`."),
			"password":                      secret("The password of the user. Default: the environment variable `OS_PASSWORD`."),
			"application_credential_id":     text("The ID of an application credential, which determines user and project. Default: the environment variable `OS_APPLICATION_CREDENTIAL_ID`."),
			"application_credential_name":   text("The name of an application credential. Requires its user. Default: the environment variable `OS_APPLICATION_CREDENTIAL_NAME`."),
			"application_credential_secret": secret("The secret of the application credential. Default: the environment variable `OS_APPLICATION_CREDENTIAL_SECRET`."),
			"token":                         secret("A token that is scoped to a project. The provider cannot renew it when it expires. Default: the environment variable `OS_TOKEN`."),
		},
	}
}
