# The import ID is "service" for the policy of the service, or the uuid of a
# desktop.
terraform import clouddesktop_desktop_policy.all service
