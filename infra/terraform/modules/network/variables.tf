variable "name" {
  description = "Name prefix of everything here, such as valiant-production."
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC, a /16."
  type        = string
}

variable "zones" {
  description = "Number of availability zones of the subnets."
  type        = number
  default     = 3
}

variable "nat_zones" {
  description = "Number of zones with their own NAT gateway. One costs a third of three, and fails with its zone."
  type        = number
  default     = 3
}

variable "log_days" {
  description = "Retention of flow logs and access logs."
  type        = number
}
