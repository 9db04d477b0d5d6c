variable "name" {
  description = "Name of the function and of its role."
  type        = string
}

variable "secret_arn" {
  description = "The secret to rotate; its value is an object whose url is given to the server."
  type        = string
}

variable "handler" {
  description = "database.handler or cache.handler, depending on the target."
  type        = string

  validation {
    condition     = contains(["database.handler", "cache.handler"], var.handler)
    error_message = "It must be database.handler or cache.handler."
  }
}

variable "environment" {
  description = "Environment variables of the handler."
  type        = map(string)
}

variable "policy" {
  description = "The handler's permissions on its target, as JSON."
  type        = string
}

variable "key_arn" {
  description = "The key of the secret."
  type        = string
}

variable "logs_key_arn" {
  description = "The key of log groups."
  type        = string
}

variable "log_days" {
  description = "Retention of the function's log."
  type        = number
}

variable "days" {
  description = "Days between rotations. A password works for twice as long."
  type        = number
  default     = 30
}

variable "cluster" {
  description = "Name of the ECS cluster whose services are redeployed after a rotation."
  type        = string
}

variable "services" {
  description = "Names of those services."
  type        = list(string)
}
