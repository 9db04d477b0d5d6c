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

variable "node_type" {
  description = "Type of the nodes."
  type        = string
}

variable "replicas" {
  description = "How many replicas. Without one, a lost node is made anew, which takes minutes."
  type        = number
  default     = 1
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
