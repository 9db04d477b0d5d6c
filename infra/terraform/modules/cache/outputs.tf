output "node_ids" {
  description = "Each node, for its alarms, by the names AWS assigns, which are known before the nodes exist."
  value       = [for index in range(1 + var.replicas) : format("%s-%03d", aws_elasticache_replication_group.this.replication_group_id, index + 1)]
}

output "secret_arn" {
  value = aws_secretsmanager_secret.server.arn
}

output "key_arn" {
  value = aws_kms_key.cache.arn
}

output "security_group_id" {
  value = aws_security_group.cache.id
}

output "rotation_function" {
  value = module.rotation.function_name
}
