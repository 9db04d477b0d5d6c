variable "name" {
  description = "Name prefix of everything here."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Data subnets, one per zone."
  type        = list(string)
}

variable "instance_class" {
  description = "Class of the writer and the readers, any of which must be able to become the writer within seconds. Not db.t: those have no Data API."
  type        = string
}

variable "serverless" {
  description = "With instance_class db.serverless: minimum and maximum capacity units (2 GiB each) of an instance."
  type        = object({ min = number, max = number })
  default     = null
}

variable "readers" {
  description = "Number of readers. Without one, a lost writer is recreated, which takes minutes."
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "Aurora PostgreSQL, 17 or newer (the server needs transaction_timeout)."
  type        = string
  default     = "17.6"
}

variable "storage_type" {
  description = "aurora charges per read and write; aurora-iopt1 charges more for the instances and nothing for I/O."
  type        = string
  default     = "aurora"
}

variable "backup_days" {
  description = "Retention for point-in-time recovery, in days."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the database is protected from deletion, and leaves a final snapshot."
  type        = bool
  default     = true
}

variable "ca_file" {
  description = "Path of the RDS certificates in the tasks, for DATABASE_URL."
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

variable "cluster" {
  description = "Name of the ECS cluster whose services are redeployed after a rotation."
  type        = string
}

variable "services" {
  description = "Names of those services."
  type        = list(string)
}
