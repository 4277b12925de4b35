//! The table of micro-ops against that of opcodes: what an instruction's micro-ops do to the stack is what the instruction
//! does, and guards come before anything that could be seen.

use dxpy_bytecode::opcodes::TABLE;
use dxpy_bytecode::{Kind, MICRO_TABLE, Micro, Op, flag, micro_flag};

/// Arguments that tell the forms of an instruction apart. Of `BUILD_SLICE` only 2 and 3 are made.
fn arguments(op: Op) -> Vec<i32> {
    match op {
        Op::BUILD_SLICE => vec![2, 3],
        Op::SWAP | Op::COPY => (1..9).collect(),
        Op::UNPACK_SEQUENCE_TWO_TUPLE => vec![2],
        // Always in the form that is called.
        Op::LOAD_ATTR_METHOD_LAZY_DICT | Op::LOAD_ATTR_METHOD_NO_DICT | Op::LOAD_ATTR_METHOD_WITH_VALUES => {
            vec![1, 3, 5]
        }
        _ => (0..20).chain([0x203, 0x1FF]).collect(),
    }
}

#[test]
fn micro_ops_do_to_the_stack_what_the_instruction_does() {
    let mut checked = 0;
    for meta in TABLE {
        let Some(recipe) = meta.recipe else { continue };
        // A pair's micro-ops are those of its first half, an instruction of its family's head.
        let whole = if meta.name.contains("__") { meta.family.meta() } else { meta };
        for a in arguments(meta.op) {
            // The deepest place that is looked at, and the height in the end.
            let (mut height, mut deepest) = (0, 0);
            for micro in recipe.iter().map(|m| m.meta()) {
                let (sees, takes, gives) = ((micro.sees)(a), (micro.takes)(a), (micro.gives)(a));
                assert!(sees >= takes && takes >= 0 && gives >= 0, "{} of {}", micro.name, meta.name);
                deepest = deepest.max(sees - height);
                height += gives - takes;
            }
            let (pops, pushes) = ((whole.pops)(a), (whole.pushes)(a));
            assert_eq!(height, pushes - pops, "{} with {a}", meta.name);
            // What it pops it looks at; a copy and the callable of `DICT_MERGE`'s error lie deeper than what it pops.
            if !recipe.is_empty() && !matches!(meta.op, Op::DICT_MERGE | Op::SWAP) {
                assert!(deepest <= pops.max(a + 2), "{} with {a}: looks {deepest} deep", meta.name);
            }
            checked += 1;
        }
    }
    assert!(checked > 3000, "{checked}");
}

#[test]
fn guards_come_first_and_belong_to_specialised_instructions() {
    for meta in TABLE {
        let Some(recipe) = meta.recipe else { continue };
        let guards = recipe.iter().take_while(|m| m.meta().kind == Kind::Guard).count();
        assert!(recipe[guards..].iter().all(|m| m.meta().kind != Kind::Guard), "{}", meta.name);
        assert!(guards == 0 || meta.family != meta.op, "{} is no specialised instruction", meta.name);
        // What may raise is the last that the program could see.
        let raising = recipe.iter().rposition(|m| m.has(micro_flag::RAISES)).unwrap_or(0);
        let before = &recipe[guards..raising.max(guards)];
        assert!(raising < guards || before.len() <= 1, "{}", meta.name);
        let jumps = recipe.iter().any(|m| m.has(micro_flag::JUMPS));
        assert!(!jumps || meta.op.has(flag::JUMP), "{}", meta.name);
    }
}

#[test]
fn every_micro_op_is_part_of_an_instruction_and_classified() {
    for row in MICRO_TABLE {
        let used = TABLE.iter().filter_map(|m| m.recipe).any(|r| r.contains(&row.micro));
        assert!(used, "{} is of no instruction", row.name);
        match row.kind {
            Kind::Guard => {
                let a = 3;
                assert_eq!((row.flags, (row.takes)(a), (row.gives)(a)), (0, 0, 0), "{}", row.name);
            }
            Kind::Pure => assert!(!row.micro.has(micro_flag::RAISES), "{}", row.name),
            Kind::Effect | Kind::Escape => {}
        }
    }
    assert_eq!(MICRO_TABLE[Micro::POLL as usize].micro, Micro::POLL);
}

#[test]
fn instructions_without_micro_ops_are_the_interpreters() {
    // Frames and exceptions come and go in them, or they are events of tools, or exist in the compiler only.
    let expected = "INTERPRETER_EXIT RESERVED END_ASYNC_FOR CLEANUP_THROW RETURN_GENERATOR RETURN_VALUE RERAISE \
        RETURN_CONST SEND RAISE_VARARGS YIELD_VALUE RESUME SEND_GEN";
    let rest: Vec<&str> = TABLE
        .iter()
        .filter(|m| m.recipe.is_none() && !m.op.is_pseudo() && !m.name.starts_with("INSTRUMENTED_"))
        .map(|m| m.name)
        .collect();
    assert_eq!(rest.join(" "), expected);
}
