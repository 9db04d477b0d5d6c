variable "region" {
  description = "The region."
  type        = string
}

variable "account_id" {
  description = "The account of this environment, and of nothing else."
  type        = string
}

variable "domain" {
  description = "The name that people use."
  type        = string
}

variable "route53_zone_id" {
  description = "The hosted zone that the name is in."
  type        = string
}

variable "image" {
  description = "The first image, by its digest."
  type        = string
}

variable "registry_secret_arn" {
  description = "A secret with username and password of the registry; null where images are public."
  type        = string
  default     = null
}

variable "sentry_secret_arn" {
  description = "A secret with the addresses that errors are told to, as server and web; null where there is no Sentry."
  type        = string
  default     = null
}

variable "github_repository" {
  description = "owner/name."
  type        = string
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = list(string)
}
