# Set the defaults of these, so that all pipelines use the same. Without them the
# service must run on this machine, and open orders are kept on its disk.

variable "listen" {
  description = "The address on which the runner of apply.yml receives callbacks, such as 0.0.0.0:8700."
  type        = string
  default     = null
}

variable "callback_url" {
  description = "The URL under which the service reaches that address."
  type        = string
  default     = null
}

variable "inbox" {
  description = "Where callbacks and orders are stored, such as s3://bucket/requests?region=eu-central-1. It must be kept when the runner ends."
  type        = string
  default     = null
}
