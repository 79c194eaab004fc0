//! The slots of a Cluster: which node has which keys (Redis Cluster specification).

use redis::Value;

use super::target::host_and_port;

const SLOTS: u16 = 16384;

/// Which node has which slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Slots(Vec<Range>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Range {
    first: u16,
    last: u16,
    address: String,
}

impl Slots {
    /// Reads the answer to `CLUSTER SLOTS` of the node at `asked`; `None` if it has no slots.
    pub(super) fn parse(answer: &Value, asked: &str) -> Option<Self> {
        let Value::Array(ranges) = answer else { return None };
        let ranges: Vec<_> = ranges.iter().map(|range| Range::parse(range, asked)).collect::<Option<_>>()?;
        (!ranges.is_empty()).then_some(Self(ranges))
    }

    /// The node that has a slot.
    pub(super) fn address(&self, slot: u16) -> Option<&str> {
        let range = self.0.iter().find(|range| (range.first..=range.last).contains(&slot));
        range.map(|range| range.address.as_str())
    }

    /// The same, but for one slot that has moved.
    pub(super) fn with(&self, slot: u16, address: &str) -> Self {
        let mut ranges = vec![Range { first: slot, last: slot, address: address.to_owned() }];
        ranges.extend(self.0.iter().filter(|range| (range.first, range.last) != (slot, slot)).cloned());
        Self(ranges)
    }

    /// Every node, once.
    pub(super) fn addresses(&self) -> Vec<String> {
        let mut addresses: Vec<_> = self.0.iter().map(|range| range.address.clone()).collect();
        addresses.sort_unstable();
        addresses.dedup();
        addresses
    }

    /// Whether every slot has a node.
    pub(super) fn are_complete(&self) -> bool {
        (0..SLOTS).all(|slot| self.address(slot).is_some())
    }
}

impl Range {
    fn parse(range: &Value, asked: &str) -> Option<Self> {
        let Value::Array(parts) = range else { return None };
        let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = parts.as_slice() else { return None };
        let [host, Value::Int(port), ..] = master.as_slice() else { return None };
        // A node that doesn't know its own address leaves it out.
        let host = match host {
            Value::BulkString(host) if !host.is_empty() => std::str::from_utf8(host).ok()?,
            _ => asked.rsplit_once(':')?.0,
        };
        Some(Self {
            first: u16::try_from(*first).ok()?,
            last: u16::try_from(*last).ok()?,
            address: host_and_port(host, port),
        })
    }
}

/// The slot of a key: the CRC-16 (XMODEM) of it or, if it has a hash tag, of that.
pub(super) fn slot_of(key: &str) -> u16 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let hashed = tag.filter(|tag| !tag.is_empty()).unwrap_or(key);
    let crc = hashed.bytes().fold(0u16, |crc, byte| {
        (0..8)
            .fold(crc ^ (u16::from(byte) << 8), |crc, _| if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 })
    });
    crc % SLOTS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(host: &str, port: i64) -> Value {
        Value::Array(vec![Value::BulkString(host.into()), Value::Int(port), Value::BulkString(b"id".to_vec())])
    }

    #[test]
    fn slots_are_those_of_the_specification() {
        assert_eq!(slot_of("123456789"), 0x31C3);
        assert_eq!(slot_of("{user1000}.following"), slot_of("{user1000}.followers"));
        assert_eq!(slot_of("foo{}{bar}"), slot_of("foo{}{bar}"));
        assert_ne!(slot_of("foo{}{bar}"), slot_of("bar"));
        assert_eq!(slot_of("foo{{bar}}zap"), slot_of("{bar"));
    }

    #[test]
    fn a_slot_is_found_where_it_was_or_has_moved() {
        let range = |first, last, node| Value::Array(vec![Value::Int(first), Value::Int(last), node]);
        let answer = Value::Array(vec![range(0, 8000, node("10.0.0.1", 7000)), range(8001, 16383, node("", 7001))]);
        let slots = Slots::parse(&answer, "10.0.0.9:7009").unwrap();
        assert_eq!(slots.address(8000), Some("10.0.0.1:7000"));
        assert_eq!(slots.address(8001), Some("10.0.0.9:7001"));
        assert!(slots.are_complete());
        let moved = slots.with(5, "[::1]:7002").with(5, "10.0.0.3:1");
        assert_eq!((moved.address(5), moved.address(6)), (Some("10.0.0.3:1"), Some("10.0.0.1:7000")));
        assert_eq!(moved.addresses(), ["10.0.0.1:7000", "10.0.0.3:1", "10.0.0.9:7001"]);
        assert_eq!(Slots::parse(&Value::Array(vec![]), "a:1"), None);
    }
}
