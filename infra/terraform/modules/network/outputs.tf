output "vpc_id" {
  value = aws_vpc.this.id
}

output "public_subnet_ids" {
  value = [for zone in local.zones : aws_subnet.public[zone].id]
}

output "app_subnet_ids" {
  value = [for zone in local.zones : aws_subnet.app[zone].id]
}

output "data_subnet_ids" {
  value = [for zone in local.zones : aws_subnet.data[zone].id]
}

output "logs_bucket" {
  description = "For access logs, under alb/."
  value       = aws_s3_bucket.logs.id

  depends_on = [aws_s3_bucket_policy.logs]
}

output "logs_key_arn" {
  value = aws_kms_key.logs.arn
}
