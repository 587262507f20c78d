group "default" {
  targets = ["web"]
}
target "base" {
  context = "."
}
target "web" {
  inherits = ["base"]
  dockerfile = "web/Dockerfile"
  target = "dev"
  tags = ["web:${TAG}"]
}
