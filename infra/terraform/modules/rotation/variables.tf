variable "name" {
  description = "Name of the function and of its role."
  type        = string
}

variable "secret_arn" {
  description = "The secret that is rotated; its value is an object, of which url is what the server is given."
  type        = string
}

variable "handler" {
  description = "database.handler or cache.handler: what gets the new password."
  type        = string

  validation {
    condition     = contains(["database.handler", "cache.handler"], var.handler)
    error_message = "There are database.handler and cache.handler."
  }
}

variable "environment" {
  description = "What the handler is told of its target."
  type        = map(string)
}

variable "policy" {
  description = "What the handler may do to its target, as JSON."
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
  description = "For how long the function's log is kept."
  type        = number
}

variable "days" {
  description = "Days between rotations. A password works for twice as long."
  type        = number
  default     = 30
}

variable "cluster" {
  description = "Name of the ECS cluster whose services are deployed anew after a rotation."
  type        = string
}

variable "services" {
  description = "Names of those services."
  type        = list(string)
}
