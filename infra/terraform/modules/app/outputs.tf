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
  description = "Its name in metrics."
  value       = aws_lb.this.arn_suffix
}

output "target_groups" {
  description = "Blue and green, by their names in metrics."
  value       = [for group in aws_lb_target_group.gateway : group.arn_suffix]
}

output "certificate_arn" {
  value = aws_acm_certificate.this.arn
}

output "web_acl" {
  value = aws_wafv2_web_acl.this.name
}

output "role_arns" {
  description = "The roles that a deployment passes to tasks."
  value       = [aws_iam_role.task.arn, aws_iam_role.execution.arn]
}

output "auth_secret_arn" {
  description = "Its value is set by hand."
  value       = aws_secretsmanager_secret.auth.arn
}
