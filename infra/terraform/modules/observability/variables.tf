variable "name" {
  description = "Name prefix of everything here; also the namespace of metrics counted in logs."
  type        = string
}

variable "emails" {
  description = "E-mail addresses that receive alarms; each must confirm."
  type        = list(string)
}

variable "run_book" {
  description = "URL of docs/operations; each alarm links to its entry."
  type        = string
}

variable "logs_key_arn" {
  description = "The key of the topic."
  type        = string
}

variable "database" {
  description = "The database: its cluster, an instance's memory in GiB and its maximum of connections."
  type        = object({ cluster_id = string, memory_gib = number, connections_max = number })
}

variable "cache_node_ids" {
  description = "The nodes of the cache."
  type        = list(string)
}

variable "app" {
  description = "The services by their names in metrics, and the minimum number of tasks of each."
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
