output "topic_arn" {
  value = aws_sns_topic.alarms.arn

  depends_on = [aws_sns_topic_policy.alarms]
}

output "dashboard" {
  value = aws_cloudwatch_dashboard.this.dashboard_name
}
