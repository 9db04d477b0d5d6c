variable "name" {
  description = "Begins the name of everything here; it is the namespace of what is counted in logs."
  type        = string
}

variable "emails" {
  description = "Who is told of alarms; each is asked to confirm."
  type        = list(string)
}

variable "run_book" {
  description = "Where the pages of operation are read: each alarm leads to its part of them."
  type        = string
}

variable "logs_key_arn" {
  description = "The key of the topic."
  type        = string
}

variable "database" {
  description = "The database: its cluster, the memory of an instance in GiB and the connections it takes."
  type        = object({ cluster_id = string, memory_gib = number, connections_max = number })
}

variable "cache_node_ids" {
  description = "The nodes of the cache."
  type        = list(string)
}

variable "app" {
  description = "The services as metrics name them, and how many tasks of each there are at least."
  type = object({
    cluster_name     = string
    gateway_service  = string
    exchange_service = string
    load_balancer    = string
    target_groups    = list(string)
    web_acl          = string
    certificate_arn  = string
    gateway_min      = number
    gateway_max      = number
    exchange_count   = number
    exchange_cpu     = number
  })
}

variable "rotation_functions" {
  description = "The functions that rotate secrets."
  type        = list(string)
}
