variable "region" {
  description = "The region."
  type        = string
}

variable "account_id" {
  description = "The account of this environment only."
  type        = string
}

variable "domain" {
  description = "The public host name."
  type        = string
}

variable "route53_zone_id" {
  description = "The hosted zone of the name."
  type        = string
}

variable "image" {
  description = "The first image, by its digest."
  type        = string
}

variable "registry_secret_arn" {
  description = "A secret with username and password of the registry; null if images are public."
  type        = string
  default     = null
}

variable "sentry_secret_arn" {
  description = "A secret with Sentry's DSNs, as server and web; null without Sentry."
  type        = string
  default     = null
}

variable "github_repository" {
  description = "owner/name."
  type        = string
}

variable "alarm_emails" {
  description = "E-mail addresses that receive alarms."
  type        = list(string)
}
