variable "name" {
  description = "Begins the name of everything here, such as valiant-production."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string
}

variable "zones" {
  description = "How many availability zones the subnets are in."
  type        = number
  default     = 3
}

variable "nat_zones" {
  description = "How many zones have a way out of their own. One costs a third of three, and ends with its zone."
  type        = number
  default     = 3
}

variable "log_days" {
  description = "For how long flow logs and access logs are kept."
  type        = number
}
