variable "name" {
  description = "Begins the name of everything here."
  type        = string
}

variable "vpc_id" {
  description = "The VPC."
  type        = string
}

variable "subnet_ids" {
  description = "Subnets of the data, one for each zone."
  type        = list(string)
}

variable "instance_class" {
  description = "Class of the writer and of the readers, each of which is to be the writer within seconds. None of db.t: those have no Data API."
  type        = string
}

variable "serverless" {
  description = "With instance_class db.serverless: between how many units of capacity (2 GiB each) an instance is."
  type        = object({ min = number, max = number })
  default     = null
}

variable "readers" {
  description = "How many readers. Without one, a lost writer is made anew, which takes minutes."
  type        = number
  default     = 1
}

variable "engine_version" {
  description = "Aurora PostgreSQL, 17 or newer (the server needs transaction_timeout)."
  type        = string
  default     = "17.6"
}

variable "storage_type" {
  description = "aurora pays for each read and write; aurora-iopt1 pays more for the instances and nothing for those."
  type        = string
  default     = "aurora"
}

variable "backup_days" {
  description = "For how many days any moment can be brought back."
  type        = number
}

variable "deletion_protection" {
  description = "Whether the database cannot be deleted, and leaves a last snapshot when it is."
  type        = bool
  default     = true
}

variable "ca_file" {
  description = "Where the tasks have the certificates of RDS; it goes into DATABASE_URL."
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

variable "cluster" {
  description = "Name of the ECS cluster whose services are deployed anew after a rotation."
  type        = string
}

variable "services" {
  description = "Names of those services."
  type        = list(string)
}
