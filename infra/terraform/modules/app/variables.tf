variable "name" {
  description = "Name prefix of everything here; also the cluster's name."
  type        = string
}

variable "image" {
  description = "The first image, by its digest. Deployments set later ones, not this variable."
  type        = string
}

variable "registry_secret_arn" {
  description = "A secret with username and password of the registry; null if images are public."
  type        = string
  default     = null
}

variable "environment" {
  description = "The environment reported to Sentry."
  type        = string
}

variable "sentry_secret_arn" {
  description = "A secret with Sentry's DSNs, as server and web; null without Sentry."
  type        = string
  default     = null
}

variable "collector_image" {
  description = "AWS's metrics collector, by version."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}

variable "domain" {
  description = "The public host name, such as valiant.example."
  type        = string
}

variable "route53_zone_id" {
  description = "The hosted zone of the name."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "public_subnet_ids" {
  description = "Subnets of the load balancer."
  type        = list(string)
}

variable "app_subnet_ids" {
  description = "Subnets of the tasks."
  type        = list(string)
}

variable "database" {
  description = "The database: its group, secret and key."
  type        = object({ security_group_id = string, secret_arn = string, key_arn = string })
}

variable "cache" {
  description = "The cache: its group, secret and key."
  type        = object({ security_group_id = string, secret_arn = string, key_arn = string })
}

variable "gateway" {
  description = "A gateway: units of CPU (1,024 are one core), MiB, and the minimum and maximum number."
  type        = object({ cpu = number, memory = number, min = number, max = number })
}

variable "exchange" {
  description = "An exchange: units of CPU, MiB, and the number: one leads, the others stand by."
  type        = object({ cpu = number, memory = number, count = number })
}

variable "sockets_per_gateway" {
  description = "Target number of sockets per gateway; above it another is added."
  type        = number
  default     = 2000
}

variable "bake_minutes" {
  description = "How long the old gateways are kept and the alarms watched after a deployment."
  type        = number
  default     = 10
}

variable "settings" {
  description = "Further settings of the server (.env.example), the same for all instances."
  type        = map(string)
  default     = {}
}

variable "logs_bucket" {
  description = "Bucket of the access logs."
  type        = string
}

variable "logs_key_arn" {
  description = "The key of log groups."
  type        = string
}

variable "log_days" {
  description = "Retention of logs."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the load balancer is protected from deletion."
  type        = bool
  default     = true
}

variable "alarms_topic_arn" {
  description = "Topic of the alarms that roll a deployment back."
  type        = string
}

variable "ca_file" {
  description = "Path of the RDS certificates in the tasks."
  type        = string
}
