terraform {
  required_version = ">= 1.10"

  required_providers {
    archive = { source = "hashicorp/archive", version = "~> 2.7" }
    aws     = { source = "hashicorp/aws", version = "~> 6.25" }
    random  = { source = "hashicorp/random", version = "~> 3.7" }
  }

  # The bucket of ../../bootstrap, in the region AWS_REGION.
  backend "s3" {
    bucket       = "valiant-terraform-state"
    key          = "valiant/staging.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  region = var.region
  # Prevents applying a plan to another account.
  allowed_account_ids = [var.account_id]

  default_tags {
    tags = { Project = "valiant", Environment = "staging", ManagedBy = "terraform" }
  }
}
