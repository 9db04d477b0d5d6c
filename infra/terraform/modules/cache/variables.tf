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

variable "node_type" {
  description = "Type of the nodes."
  type        = string
}

variable "replicas" {
  description = "Number of replicas. Without one, a lost node is recreated, which takes minutes."
  type        = number
  default     = 1
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
