"""A CloudFormation template with its parameters filled in: as much of the language as deploy/aws speaks."""

import re

import yaml


class Loader(yaml.SafeLoader):
    pass


def tag(loader, suffix, node):
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        return {name: value.split(".") if suffix == "GetAtt" else value}
    kind = loader.construct_sequence if isinstance(node, yaml.SequenceNode) else loader.construct_mapping
    return {name: kind(node, deep=True)}


Loader.add_multi_constructor("!", tag)
NOTHING = object()
PSEUDO = {"AWS::Partition": "aws", "AWS::AccountId": "123456789012", "AWS::Region": "us-east-1", "AWS::StackName": "full",
          "AWS::NoValue": NOTHING}


class Template:
    def __init__(self, text, parameters):
        self.raw = yaml.load(text, Loader)
        self.values = dict(PSEUDO)
        for name, one in self.raw["Parameters"].items():
            value = str(parameters.get(name, one.get("Default")))
            self.values[name] = value.split(",") if one["Type"] == "CommaDelimitedList" else value

    def resources(self):
        """Name → (type, properties), of those whose condition holds."""
        return {name: (one["Type"], self.filled(one.get("Properties", {})))
                for name, one in self.raw["Resources"].items() if "Condition" not in one or self.holds(one["Condition"])}

    def holds(self, condition):
        return self.filled(self.raw["Conditions"][condition])

    def of(self, name):
        """What a name stands for: a parameter's value, or <NAME> for a resource."""
        if name in self.values:
            return self.values[name]
        if name.split(".")[0] not in self.raw["Resources"]:
            raise KeyError(f"the template has no {name}")
        return f"<{name}>"

    def filled(self, value):
        if isinstance(value, list):
            return [one for one in map(self.filled, value) if one is not NOTHING]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            ((name, given),) = value.items()
            match name:
                case "Ref":
                    return self.of(given)
                case "Fn::GetAtt":
                    return self.of(".".join(given))
                case "Fn::Sub":
                    return re.sub(r"\$\{([^}]+)\}", lambda found: self.of(found[1]), given)
                case "Fn::If":
                    return self.filled(given[1] if self.holds(given[0]) else given[2])
                case "Fn::Equals":
                    return self.filled(given[0]) == self.filled(given[1])
                case "Fn::Not":
                    return not self.filled(given[0])
                case "Fn::And":
                    return all(map(self.filled, given))
                case "Condition" if isinstance(given, str):
                    return self.holds(given)
        filled = {key: self.filled(one) for key, one in value.items()}
        return {key: one for key, one in filled.items() if one is not NOTHING}
