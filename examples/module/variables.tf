variable "user_group" {
  description = "The group for whose new users the desktops are ordered."
  type        = string
  nullable    = false
}

variable "desktops" {
  description = "The operating system of each desktop, by a name of your choice. A name that disappears removes the desktop from the state; the desktop keeps running."
  type        = map(string)
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.desktops) : can(regex("^[a-z0-9-]+$", name))])
    error_message = "Use lower-case letters, digits and hyphens in the names of desktops."
  }
}

variable "size" {
  description = "The size of each desktop. A disk only grows."
  type = object({
    cpu        = optional(number, 4)
    memory_mib = optional(number, 8192)
    disk_gib   = optional(number, 50)
  })
  default  = {}
  nullable = false
}
