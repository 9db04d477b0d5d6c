output "cluster_id" {
  value = aws_rds_cluster.this.cluster_identifier
}

output "cluster_arn" {
  value = aws_rds_cluster.this.arn
}

output "master_secret_arn" {
  description = "For roles.sql, at first setup."
  value       = aws_rds_cluster.this.master_user_secret[0].secret_arn
}

output "secret_arn" {
  value = aws_secretsmanager_secret.server.arn
}

output "key_arn" {
  value = aws_kms_key.database.arn
}

output "security_group_id" {
  value = aws_security_group.database.id
}

output "rotation_function" {
  value = module.rotation.function_name
}
