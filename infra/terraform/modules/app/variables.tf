variable "name" {
  description = "Begins the name of everything here; it is the cluster's name."
  type        = string
}

variable "image" {
  description = "The first image, by its digest. Later ones come by deployments, not from here."
  type        = string
}

variable "registry_secret_arn" {
  description = "A secret with username and password of the registry; null where images are public."
  type        = string
  default     = null
}

variable "environment" {
  description = "What Sentry is told this deployment is."
  type        = string
}

variable "sentry_secret_arn" {
  description = "A secret with the addresses that errors are told to, as server and web; null where there is no Sentry."
  type        = string
  default     = null
}

variable "collector_image" {
  description = "AWS's own collector of metrics, by its version."
  type        = string
  default     = "public.ecr.aws/aws-observability/aws-otel-collector:v0.43.3"
}

variable "domain" {
  description = "The name that people use, such as valiant.example."
  type        = string
}

variable "route53_zone_id" {
  description = "The hosted zone that the name is in."
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
  description = "A gateway: units of CPU (1,024 are one core), MiB, and how many there are at least and at most."
  type        = object({ cpu = number, memory = number, min = number, max = number })
}

variable "exchange" {
  description = "An exchange: units of CPU, MiB, and how many there are: one leads, the others stand by."
  type        = object({ cpu = number, memory = number, count = number })
}

variable "sockets_per_gateway" {
  description = "How many sockets a gateway is to have before another is added."
  type        = number
  default     = 2000
}

variable "bake_minutes" {
  description = "For how long after a deployment the old gateways are kept, and its alarms watched."
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
  description = "For how long logs are kept."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the load balancer cannot be deleted."
  type        = bool
  default     = true
}

variable "alarms_topic_arn" {
  description = "Where alarms go that turn a deployment back."
  type        = string
}

variable "ca_file" {
  description = "Where the tasks are to have the certificates of RDS."
  type        = string
}
