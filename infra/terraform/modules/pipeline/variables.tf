variable "name" {
  description = "Name prefix of everything here."
  type        = string
}

variable "repository" {
  description = "The GitHub repository, owner/name."
  type        = string

  validation {
    condition     = length(split("/", var.repository)) == 2
    error_message = "It must be owner/name."
  }
}

variable "environment" {
  description = "The GitHub environment whose jobs may deploy; it may require a reviewer."
  type        = string
}

variable "cluster_name" {
  description = "The ECS cluster."
  type        = string
}

variable "services" {
  description = "The services that are deployed."
  type        = list(string)
}

variable "role_arns" {
  description = "The roles that a deployment passes to tasks."
  type        = list(string)
}
