using RedshiftEtl.Help;

if (args is not [string docs, string target])
{
    Console.Error.WriteLine("Usage: RedshiftEtl.Help <folder of the pages> <file of the cmdlets' help>");
    return 2;
}

List<CmdletPage> cmdlets = [];
List<(string Name, string Text)> topics = [];
List<PageException> mistakes = [];
foreach (string file in Directory.EnumerateFiles(docs, "*.md").Order(StringComparer.Ordinal))
{
    string name = Path.GetFileNameWithoutExtension(file);
    try
    {
        PrintedTables.Print(file);
        if (name.StartsWith("about_", StringComparison.Ordinal))
        {
            topics.Add((name, TopicText.Of(Page.Read(file))));
        }
        else if (name.Contains('-', StringComparison.Ordinal))
        {
            cmdlets.Add(CmdletPage.Of(Page.Read(file)));
        }
    }
    catch (PageException e)
    {
        mistakes.Add(e);
    }
}

foreach (PageException mistake in mistakes)
{
    Console.Error.WriteLine(mistake.Message);
}

if (mistakes.Count > 0)
{
    return 1;
}

string folder = Path.GetDirectoryName(Path.GetFullPath(target))!;
Directory.CreateDirectory(folder);
foreach (string old in Directory.EnumerateFiles(folder, "about_*.help.txt"))
{
    File.Delete(old);
}

foreach ((string name, string text) in topics)
{
    File.WriteAllText(Path.Combine(folder, name + ".help.txt"), text);
}

// Last: its time tells the build whether everything is up to date.
Maml.Write(target, cmdlets);
return 0;
