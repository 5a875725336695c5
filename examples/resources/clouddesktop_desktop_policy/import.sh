# The policy of the whole service has the ID "service", that of a desktop the
# desktop's uuid.
terraform import clouddesktop_desktop_policy.all service
