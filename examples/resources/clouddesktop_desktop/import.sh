# The import ID is USERNAME/DESKTOP_UUID.
terraform import clouddesktop_desktop.build 'dev_01/9f0c6d3e-5a57-4c0e-8f3b-0d8e5a1c2b3f'
