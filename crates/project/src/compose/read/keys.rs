//! The keys that compose knows, by the mapping they stand in. From the schema of compose-spec.

/// Keys of the top level.
pub(super) const ROOT: &[&str] =
    &["name", "version", "services", "networks", "volumes", "secrets", "configs", "models", "include"];

/// Keys of a service that are read into a field.
pub(super) const TYPED: &[&str] = &[
    "build",
    "command",
    "configs",
    "container_name",
    "cpus",
    "depends_on",
    "deploy",
    "entrypoint",
    "env_file",
    "environment",
    "expose",
    "extends",
    "extra_hosts",
    "healthcheck",
    "hostname",
    "image",
    "init",
    "label_file",
    "labels",
    "links",
    "logging",
    "mem_limit",
    "mem_reservation",
    "network_mode",
    "networks",
    "pids_limit",
    "platform",
    "ports",
    "profiles",
    "pull_policy",
    "restart",
    "scale",
    "secrets",
    "shm_size",
    "stop_grace_period",
    "stop_signal",
    "tmpfs",
    "user",
    "volumes",
    "working_dir",
];

/// Keys of a service that compose knows and that have no field.
pub(super) const UNTYPED: &[&str] = &[
    "annotations",
    "attach",
    "blkio_config",
    "cap_add",
    "cap_drop",
    "cgroup",
    "cgroup_parent",
    "cpu_count",
    "cpu_percent",
    "cpu_period",
    "cpu_quota",
    "cpu_rt_period",
    "cpu_rt_runtime",
    "cpu_shares",
    "cpuset",
    "credential_spec",
    "develop",
    "device_cgroup_rules",
    "devices",
    "dns",
    "dns_opt",
    "dns_search",
    "domainname",
    "external_links",
    "gpus",
    "group_add",
    "ipc",
    "isolation",
    "mac_address",
    "mem_swappiness",
    "memswap_limit",
    "models",
    "oom_kill_disable",
    "oom_score_adj",
    "pid",
    "post_start",
    "pre_start",
    "pre_stop",
    "privileged",
    "provider",
    "pull_refresh_after",
    "read_only",
    "runtime",
    "security_opt",
    "stdin_open",
    "storage_opt",
    "sysctls",
    "tty",
    "ulimits",
    "use_api_socket",
    "userns_mode",
    "uts",
    "volumes_from",
];

/// Keys of `build`.
pub(super) const BUILD: &[&str] = &[
    "additional_contexts",
    "args",
    "cache_from",
    "cache_to",
    "context",
    "dockerfile",
    "dockerfile_inline",
    "entitlements",
    "extra_hosts",
    "isolation",
    "labels",
    "network",
    "no_cache",
    "no_cache_filter",
    "platforms",
    "privileged",
    "provenance",
    "pull",
    "sbom",
    "secrets",
    "shm_size",
    "ssh",
    "tags",
    "target",
    "ulimits",
];

/// Keys of `healthcheck`.
pub(super) const HEALTHCHECK: &[&str] =
    &["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"];

/// Keys of an entry of `ports`.
pub(super) const PORT: &[&str] =
    &["app_protocol", "host_ip", "mode", "name", "protocol", "published", "target"];

/// Keys of an entry of `volumes` of a service.
pub(super) const MOUNT: &[&str] =
    &["bind", "consistency", "image", "read_only", "source", "target", "tmpfs", "type", "volume"];

/// Keys of an entry of `depends_on`.
pub(super) const DEPENDENCY: &[&str] = &["condition", "required", "restart"];

/// Keys of an entry of `networks` of a service.
pub(super) const ATTACHMENT: &[&str] = &[
    "aliases",
    "driver_opts",
    "gw_priority",
    "interface_name",
    "ipv4_address",
    "ipv6_address",
    "link_local_ips",
    "mac_address",
    "priority",
];

/// Keys of an entry of `secrets` and `configs` of a service.
pub(super) const FILE_MOUNT: &[&str] = &["gid", "mode", "source", "target", "uid"];

/// Keys of an entry of `env_file`.
pub(super) const ENV_FILE: &[&str] = &["format", "path", "required"];

/// Keys of `logging`.
pub(super) const LOGGING: &[&str] = &["driver", "options"];

/// Keys of `deploy`.
pub(super) const DEPLOY: &[&str] = &[
    "endpoint_mode",
    "labels",
    "mode",
    "placement",
    "replicas",
    "resources",
    "restart_policy",
    "rollback_config",
    "update_config",
];

/// Keys of `deploy.resources`.
pub(super) const RESOURCES: &[&str] = &["limits", "reservations"];

/// Keys of `deploy.resources.limits`.
pub(super) const LIMITS: &[&str] = &["cpus", "memory", "pids"];

/// Keys of `deploy.resources.reservations`.
pub(super) const RESERVATIONS: &[&str] = &["cpus", "devices", "generic_resources", "memory"];

/// Keys of a top-level volume.
pub(super) const VOLUME: &[&str] = &["driver", "driver_opts", "external", "labels", "name"];

/// Keys of a top-level network.
pub(super) const NETWORK: &[&str] = &[
    "attachable",
    "driver",
    "driver_opts",
    "enable_ipv4",
    "enable_ipv6",
    "external",
    "internal",
    "ipam",
    "labels",
    "name",
];

/// Keys of a top-level secret or config.
pub(super) const MATERIAL: &[&str] = &[
    "content",
    "driver",
    "driver_opts",
    "environment",
    "external",
    "file",
    "labels",
    "name",
    "template_driver",
];
