using System.Xml.Linq;

namespace RedshiftEtl.Help;

/// <summary>The XML that Get-Help reads: <c>&lt;assembly&gt;.dll-Help.xml</c>.</summary>
internal static class Maml
{
    private static readonly XNamespace s_items = "http://msh";
    private static readonly XNamespace s_maml = "http://schemas.microsoft.com/maml/2004/10";
    private static readonly XNamespace s_command = "http://schemas.microsoft.com/maml/dev/command/2004/10";
    private static readonly XNamespace s_dev = "http://schemas.microsoft.com/maml/dev/2004/10";

    /// <summary>Writes the help of all cmdlets.</summary>
    public static void Write(string file, IEnumerable<CmdletPage> pages) => new XDocument(
        new XElement(
            s_items + "helpItems",
            new XAttribute("schema", "maml"),
            pages.Select(Command))).Save(file);

    private static XElement Command(CmdletPage page) => new(
        s_command + "command",
        new XAttribute(XNamespace.Xmlns + "maml", s_maml),
        new XAttribute(XNamespace.Xmlns + "command", s_command),
        new XAttribute(XNamespace.Xmlns + "dev", s_dev),
        new XElement(
            s_command + "details",
            new XElement(s_command + "name", page.Name),
            new XElement(s_command + "verb", page.Name.Split('-')[0]),
            new XElement(s_command + "noun", page.Name.Split('-')[1]),
            Paragraphs(s_maml + "description", [page.Synopsis])),
        Paragraphs(s_maml + "description", page.Description),
        new XElement(s_command + "syntax", page.Syntax.Select(set => SyntaxItem(page, set))),
        new XElement(s_command + "parameters", page.Parameters.Select(parameter => ParameterElement(parameter, parameter.Required))),
        new XElement(s_command + "inputTypes", page.Inputs.Select(data => DataElement("inputType", data))),
        new XElement(s_command + "returnValues", page.Outputs.Select(data => DataElement("returnValue", data))),
        page.Notes.Count == 0 ? null : new XElement(s_maml + "alertSet", Paragraphs(s_maml + "alert", page.Notes)),
        new XElement(s_command + "examples", page.Examples.Select(ExampleElement)),
        new XElement(s_command + "relatedLinks", page.Links.Select(link => new XElement(s_maml + "navigationLink", new XElement(s_maml + "linkText", link), new XElement(s_maml + "uri")))));

    private static XElement SyntaxItem(CmdletPage page, IReadOnlyList<SyntaxPart> set) => new(
        s_command + "syntaxItem",
        new XElement(s_maml + "name", page.Name),
        set.Select(part => ParameterElement(page.Parameters.Single(parameter => parameter.Name == part.Name), part.Required)));

    private static XElement ParameterElement(Parameter parameter, bool required) => new(
        s_command + "parameter",
        new XAttribute("required", required),
        new XAttribute("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal)),
        new XAttribute("globbing", parameter.Wildcards),
        new XAttribute("pipelineInput", parameter.Pipeline),
        new XAttribute("position", parameter.Position),
        new XAttribute("aliases", parameter.Aliases),
        new XElement(s_maml + "name", parameter.Name),
        Paragraphs(s_maml + "description", parameter.Description),
        parameter.Type == "SwitchParameter" ? null : new XElement(s_command + "parameterValue", new XAttribute("required", true), new XAttribute("variableLength", parameter.Type.EndsWith("[]", StringComparison.Ordinal)), parameter.Type),
        TypeElement(parameter.Type),
        new XElement(s_dev + "defaultValue", parameter.Default));

    private static XElement DataElement(string name, Data data) => new(s_command + name, TypeElement(data.Type), Paragraphs(s_maml + "description", data.Description));

    private static XElement TypeElement(string type) => new(s_dev + "type", new XElement(s_maml + "name", type), new XElement(s_maml + "uri"));

    private static XElement ExampleElement(Example example) => new(
        s_command + "example",
        new XElement(s_maml + "title", example.Title),
        new XElement(s_dev + "code", example.Code),
        Paragraphs(s_dev + "remarks", example.Remarks));

    private static XElement Paragraphs(XName name, IEnumerable<string> paragraphs) => new(name, paragraphs.Select(paragraph => new XElement(s_maml + "para", paragraph)));
}
