output "cluster_name" {
  value = aws_ecs_cluster.this.name
}

output "gateway_service" {
  value = aws_ecs_service.gateway.name
}

output "exchange_service" {
  value = aws_ecs_service.exchange.name
}

output "load_balancer" {
  description = "As metrics name it."
  value       = aws_lb.this.arn_suffix
}

output "target_groups" {
  description = "Blue and green, as metrics name them."
  value       = [for group in aws_lb_target_group.gateway : group.arn_suffix]
}

output "certificate_arn" {
  value = aws_acm_certificate.this.arn
}

output "web_acl" {
  value = aws_wafv2_web_acl.this.name
}

output "role_arns" {
  description = "What a deployment hands to tasks."
  value       = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
}

output "auth_secret_arn" {
  description = "Its value is put there by hand."
  value       = aws_secretsmanager_secret.auth.arn
}
