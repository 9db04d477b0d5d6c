output "function_name" {
  description = "For its alarm."
  value       = aws_lambda_function.this.function_name
}
