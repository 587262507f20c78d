//! Ports: `[[ip:]published:]target[/protocol]` with ranges, as mappings of one target each.

use std::net::IpAddr;

use crate::compose::codes;
use crate::compose::findings::{Findings, Problem};
use crate::compose::service::PortRange;
use crate::compose::tree::{Map, Node, Value};

/// One entry of `ports` in the long form: several when it holds a range of targets, none when it is malformed.
pub(super) fn long(item: Node, findings: &mut Findings) -> Vec<Node> {
    let Value::Scalar(scalar) = &item.value else { return vec![item] };
    match short(&scalar.canonical()) {
        Ok(ports) => ports.into_iter().map(|port| Node { mark: item.mark, ..port.node(&item) }).collect(),
        Err(why) => {
            let message = format!("`{}` is no port: {why}", scalar.text);
            findings.push(Problem::error(codes::BAD_PORT, item.spot, message).help(
                "write `[[ip:]published:]target[/protocol]`, such as `5433:5432` or `127.0.0.1::80/udp`",
            ));
            Vec::new()
        }
    }
}

#[derive(Debug, PartialEq)]
struct Short {
    ip: Option<IpAddr>,
    published: Option<PortRange>,
    target: u16,
    protocol: String,
}

impl Short {
    fn node(&self, item: &Node) -> Node {
        let text = |text: String| Node::text(text, item.spot);
        let mut map = Map::default();
        map.set("target", text(self.target.to_string()));
        if let Some(range) = self.published {
            let published = if range.len() == 1 {
                range.first.to_string()
            } else {
                format!("{}-{}", range.first, range.last)
            };
            map.set("published", text(published));
        }
        if let Some(ip) = self.ip {
            map.set("host_ip", text(ip.to_string()));
        }
        map.set("protocol", text(self.protocol.clone()));
        Node::new(Value::Map(map), item.spot)
    }
}

fn short(text: &str) -> Result<Vec<Short>, String> {
    let (ports, protocol) = match text.split_once('/') {
        Some((_, "")) => return Err("there is no protocol after the `/`".to_owned()),
        Some((ports, protocol)) => (ports, protocol.to_lowercase()),
        None => (text, "tcp".to_owned()),
    };
    if !["tcp", "udp", "sctp"].contains(&protocol.as_str()) {
        return Err(format!("`{protocol}` is none of tcp, udp, sctp"));
    }
    let (front, target) =
        ports.rsplit_once(':').map_or((None, ports), |(front, target)| (Some(front), target));
    let (ip, published) = match front {
        None => (None, ""),
        Some(front) => front.rsplit_once(':').map_or((None, front), |(ip, published)| (Some(ip), published)),
    };
    let ip = ip.filter(|ip| !ip.is_empty()).map(address).transpose()?;
    if target.is_empty() {
        return Err("there is no port of the service in it".to_owned());
    }
    let target = range(target)?;
    if target.first == 0 {
        return Err("the service's own port cannot be 0".to_owned());
    }
    let published = if published.is_empty() { None } else { Some(range(published)?) };
    spread(ip, published, target, &protocol)
}

/// One entry for each target. Ranges of one length go side by side; a single target may have a range to choose from.
fn spread(
    ip: Option<IpAddr>,
    published: Option<PortRange>,
    target: PortRange,
    protocol: &str,
) -> Result<Vec<Short>, String> {
    if let Some(published) = published
        && published.len() != target.len()
        && target.len() != 1
    {
        return Err(format!("its ranges have different lengths, {} and {}", published.len(), target.len()));
    }
    let side = |offset: u16| match published {
        Some(range) if range.len() == target.len() => Some(PortRange::single(range.first + offset)),
        other => other,
    };
    Ok((target.first..=target.last)
        .map(|port| Short {
            ip,
            published: side(port - target.first),
            target: port,
            protocol: protocol.to_owned(),
        })
        // Port 0 on this machine means: any that is free.
        .map(|port| Short { published: port.published.filter(|range| range.first > 0), ..port })
        .collect())
}

fn address(text: &str) -> Result<IpAddr, String> {
    let inner = text.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(text);
    inner.parse().map_err(|_| format!("`{text}` is no IP address"))
}

/// A port or a range of ports: `80`, `8000-8010`.
pub(crate) fn range(text: &str) -> Result<PortRange, String> {
    let number = |text: &str| -> Result<u16, String> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let wrong = || format!("`{text}` is no number from 0 to 65535");
        if plain { text.parse().map_err(|_| wrong()) } else { Err(wrong()) }
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = PortRange { first: number(first)?, last: number(last)? };
    if range.first > range.last {
        return Err(format!("the range `{text}` runs backwards"));
    }
    Ok(range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_forms() {
        let check = |text: &str, expected: &[(&str, &str, u16, &str)]| {
            let ports = short(text).unwrap_or_else(|why| panic!("{text}: {why}"));
            let shown: Vec<_> = ports
                .iter()
                .map(|port| {
                    let ip = port.ip.map(|ip| ip.to_string()).unwrap_or_default();
                    let published =
                        port.published.map(|r| format!("{}-{}", r.first, r.last)).unwrap_or_default();
                    (ip, published, port.target, port.protocol.clone())
                })
                .collect();
            let expected: Vec<_> = expected
                .iter()
                .map(|(ip, published, target, protocol)| {
                    ((*ip).to_owned(), (*published).to_owned(), *target, (*protocol).to_owned())
                })
                .collect();
            assert_eq!(shown, expected, "{text}");
        };
        check("5432", &[("", "", 5432, "tcp")]);
        check("5433:5432", &[("", "5433-5433", 5432, "tcp")]);
        check("53:53/UDP", &[("", "53-53", 53, "udp")]);
        check("127.0.0.1:5433:5432", &[("127.0.0.1", "5433-5433", 5432, "tcp")]);
        check("127.0.0.1::5432", &[("127.0.0.1", "", 5432, "tcp")]);
        check("[::1]:80:81", &[("::1", "80-80", 81, "tcp")]);
        check("::1:80:81", &[("::1", "80-80", 81, "tcp")]);
        check("0:80", &[("", "", 80, "tcp")]);
        check("3000-3001", &[("", "", 3000, "tcp"), ("", "", 3001, "tcp")]);
        check("9090-9091:8080-8081", &[("", "9090-9090", 8080, "tcp"), ("", "9091-9091", 8081, "tcp")]);
        check("8000-8010:80", &[("", "8000-8010", 80, "tcp")]);
        check("65535:65535", &[("", "65535-65535", 65535, "tcp")]);
    }

    #[test]
    fn what_is_no_port() {
        let check = |text: &str, part: &str| match short(text) {
            Ok(ports) => panic!("{text} is taken for {ports:?}"),
            Err(why) => assert!(why.contains(part), "{text}: {why}"),
        };
        check("", "no port");
        check("80:", "no port");
        check("eighty", "`eighty` is no number");
        check("65536", "no number from 0 to 65535");
        check("-1", "no number");
        check("+80", "no number");
        check("0", "cannot be 0");
        check("80/icmp", "none of tcp");
        check("80/", "no protocol");
        check("300.0.0.1:80:80", "no IP address");
        check("3000-3002:80-81", "different lengths, 3 and 2");
        check("90-80", "backwards");
    }
}
